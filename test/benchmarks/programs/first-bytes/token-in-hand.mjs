// The least that a client can take: an AuthClient that has its token and asks nobody for it.
import {AuthClient} from 'google-auth-library';
import {reportFirstBytes} from './report-first-bytes.mjs';

class TokenInHand extends AuthClient {
  #token = process.env.BENCH_TOKEN_IN_HAND;

  async getAccessToken() {
    return {token: this.#token};
  }

  async getRequestHeaders() {
    return new Headers({authorization: `Bearer ${this.#token}`});
  }

  async request(options) {
    return this.transporter.request({...options, headers: await this.getRequestHeaders()});
  }
}

await reportFirstBytes(new TokenInHand());
