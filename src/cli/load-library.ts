/**
 * The library, loaded when it is needed. In the built command it is the package's own file and no copy,
 * which its path from this folder leads to: whoever is a folder further in comes by here.
 */
export function loadLibrary(): Promise<typeof import('../index.js')> {
  return import('../index.js');
}
