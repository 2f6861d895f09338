import {makeClient} from '../clients/aws-client.mjs';
import {reportFirstBytes} from './report-first-bytes.mjs';

await reportFirstBytes(makeClient());
