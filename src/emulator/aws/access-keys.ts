import {randomBytes, randomInt} from 'node:crypto';
import type {AwsAccount, AwsRole, AwsUser} from '../policy.js';
import {roleSessionIdentity, userIdentity, type AwsIdentity} from './identities.js';

/** An access key that the emulated AWS knows. */
export interface AccessKey {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Sessions of roles have one. */
  readonly sessionToken: string | undefined;
  /** Epoch ms, for keys that end. */
  readonly expiresAt: number | undefined;
  readonly identity: AwsIdentity;
}

/** A temporary access key: of a role's session. */
export interface SessionKey extends AccessKey {
  readonly sessionToken: string;
  readonly expiresAt: number;
}

/** Every access key of the emulated AWS. */
export class AccessKeys {
  readonly #keys = new Map<string, AccessKey>();

  constructor(accounts: readonly AwsAccount[]) {
    for (const {accountId, users = [], roles = []} of accounts) {
      for (const user of users) this.#addUser(accountId, user);
      for (const role of roles) this.#addSessions(accountId, role);
    }
  }

  /** The key with this id, expired ones too, or `undefined`. */
  find(accessKeyId: string): AccessKey | undefined {
    return this.#keys.get(accessKeyId);
  }

  /** Makes a session of a role and its temporary key. */
  issue(session: {
    readonly accountId: string;
    readonly role: string;
    readonly sessionName: string;
    readonly expiresAt: number;
  }): SessionKey {
    const {accountId, role, sessionName, expiresAt} = session;
    const key: SessionKey = {
      accessKeyId: `ASIA${randomText(16, BASE32)}`,
      secretAccessKey: randomText(40, BASE64),
      // As long as real ones are: the limits of servers and proxies are part of the matter.
      sessionToken: `IQoJb3JpZ2luX2Vj${randomBytes(600).toString('base64')}`,
      expiresAt,
      identity: roleSessionIdentity(accountId, role, sessionName),
    };
    this.#keys.set(key.accessKeyId, key);
    return key;
  }

  /** Forgets a temporary key, or all of them. */
  revoke(accessKeyId?: string): void {
    for (const [id, key] of this.#keys) {
      if (key.sessionToken !== undefined && (accessKeyId === undefined || id === accessKeyId)) {
        this.#keys.delete(id);
      }
    }
  }

  #addUser(accountId: string, {name, path = '/', accessKeys = []}: AwsUser): void {
    for (const {accessKeyId, secretAccessKey, status = 'Active'} of accessKeys) {
      // AWS answers an inactive key as it answers an unknown one.
      if (status !== 'Active') continue;
      this.#keys.set(accessKeyId, {
        accessKeyId,
        secretAccessKey,
        sessionToken: undefined,
        expiresAt: undefined,
        identity: userIdentity(accountId, path, name),
      });
    }
  }

  #addSessions(accountId: string, {name, accessKeys = []}: AwsRole): void {
    for (const {sessionName = 'session', ...key} of accessKeys) {
      const identity = roleSessionIdentity(accountId, name, sessionName);
      this.#keys.set(key.accessKeyId, {...key, expiresAt: undefined, identity});
    }
  }
}

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

function randomText(length: number, alphabet: string): string {
  return Array.from({length}, () => alphabet[randomInt(alphabet.length)]).join('');
}
