// This package, as users get it: from dist/.
import {AwsAuthClient} from 'google-auth-aws';

export const makeClient = () => AwsAuthClient.fromFile();
