import {Help, type HelpConfiguration} from 'commander';
import {wrap} from './text-layout.js';

// What is left for a description beside the flags; with less it goes below them.
const NARROWEST_COLUMN = 30;

/** How help is laid out: also on a terminal 40 columns wide. */
export const helpFormat: HelpConfiguration = {
  minWidthToWrap: 20,
  showGlobalOptions: false,
  formatItem(this: Help, term, termWidth, description, helper) {
    const width = this.helpWidth ?? 80;
    if (description === '' || width - termWidth - 4 >= NARROWEST_COLUMN) {
      return Help.prototype.formatItem.call(this, term, termWidth, description, helper);
    }
    return `  ${term}\n${wrap(description, {columns: width}, 6)}`;
  },
};
