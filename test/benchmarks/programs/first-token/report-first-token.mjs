/** Gets a token and says how old the process was then, its own start included; then the process ends. */
export async function reportFirstToken(client) {
  const {token} = await client.getAccessToken();
  const insideMillis = performance.now();
  if (typeof token !== 'string' || token === '') throw new Error('no token');
  process.stdout.write(JSON.stringify({insideMillis}));
  process.exit();
}
