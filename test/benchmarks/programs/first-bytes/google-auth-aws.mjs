import {makeClient} from '../clients/google-auth-aws.mjs';
import {reportFirstBytes} from './report-first-bytes.mjs';

await reportFirstBytes(makeClient());
