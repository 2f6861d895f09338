import {createHook} from 'node:async_hooks';

/** Watches this process; the result tells every look-up and connection that led off this machine. */
export function watchOutsideConnections(): () => string[] {
  const started: object[] = [];
  createHook({
    init: (_id, type, _trigger, resource: object) => {
      // Their fields are filled in later.
      if (type === 'GETADDRINFOREQWRAP' || type === 'TCPCONNECTWRAP') started.push(resource);
    },
  }).enable();
  return () =>
    started.flatMap(resource => {
      const target = text(resource, 'hostname') ?? text(resource, 'address') ?? '';
      return /^(?:localhost|127\..*|::1|)$/.test(target) ? [] : [`outside: ${target}`];
    });
}

function text(resource: object, name: string): string | undefined {
  const value: unknown = Reflect.get(resource, name);
  return typeof value === 'string' ? value : undefined;
}
