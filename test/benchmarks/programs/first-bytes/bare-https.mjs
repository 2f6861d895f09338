// The floor: the bare program of clients/bare-https.mjs as the least AuthClient that Storage takes.
import {AuthClient} from 'google-auth-library';
import {makeClient} from '../clients/bare-https.mjs';
import {reportFirstBytes} from './report-first-bytes.mjs';

class BareAuthClient extends AuthClient {
  #token;

  getAccessToken() {
    return (this.#token ??= makeClient().getAccessToken());
  }

  async getRequestHeaders() {
    const {token} = await this.getAccessToken();
    return new Headers({authorization: `Bearer ${token}`});
  }

  async request(options) {
    return this.transporter.request({...options, headers: await this.getRequestHeaders()});
  }
}

await reportFirstBytes(new BareAuthClient());
