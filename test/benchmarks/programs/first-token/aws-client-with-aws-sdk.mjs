import {makeClient} from '../clients/aws-client-with-aws-sdk.mjs';
import {reportFirstToken} from './report-first-token.mjs';

await reportFirstToken(makeClient());
