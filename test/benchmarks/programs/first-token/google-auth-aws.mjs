import {makeClient} from '../clients/google-auth-aws.mjs';
import {reportFirstToken} from './report-first-token.mjs';

await reportFirstToken(makeClient());
