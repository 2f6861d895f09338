import {makeClient} from '../clients/bare-https.mjs';
import {reportFirstToken} from './report-first-token.mjs';

await reportFirstToken(makeClient());
