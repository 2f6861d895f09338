// `--import`ed before a sample whose client uses no proxy: leads Node's own agent for HTTPS to the clouds.
import https from 'node:https';
import {LeadingAgent} from './leading-agent.js';

https.globalAgent = new LeadingAgent(Number(process.env['LEAD_HTTPS_TO_PORT']));
