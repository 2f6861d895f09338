import {isOfTheClouds} from './run-node.js';

// Loaded by mocha before the tests: what stands in a developer's shell would send their requests to a proxy, name
// another project, or sign as somebody else.
for (const name of Object.keys(process.env)) {
  if (isOfTheClouds(name)) Reflect.deleteProperty(process.env, name);
}
