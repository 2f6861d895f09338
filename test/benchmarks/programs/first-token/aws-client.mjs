import {makeClient} from '../clients/aws-client.mjs';
import {reportFirstToken} from './report-first-token.mjs';

await reportFirstToken(makeClient());
