import type {EmulatedService, ServiceCall} from '../service.js';

/**
 * Lets Cloud Storage answer `/b/…` as it answers `/storage/v1/b/…`: so `@google-cloud/storage` asks
 * when `STORAGE_EMULATOR_HOST` tells it where to go, while its uploads, and other languages'
 * libraries, use the full path.
 */
export function withShortPaths(storage: EmulatedService): EmulatedService {
  return {
    name: storage.name,
    handles: call => storage.handles(lengthen(call, storage)),
    answer: call => storage.answer(lengthen(call, storage)),
  };
}

function lengthen(call: ServiceCall, storage: EmulatedService): ServiceCall {
  // At BUCKET.storage.DOMAIN it is the name of an object.
  if (!/^\/b(?:[/?]|$)/.test(call.target) || storage.handles(call)) return call;
  const target = `/storage/v1${call.target}`;
  return {...call, target, url: new URL(target, call.url)};
}
