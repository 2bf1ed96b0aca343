'use strict';

// node client.js ADDRESS:PORT - opens a stream of each kind and makes unary calls one after the other without a pause; says
// "streaming" when all have begun, and "calls N" behind every hundredth call. At "finish" on its input it ends the streams,
// and says what came of everything, as JSON.
const readline = require('readline');
const grpc = require('@grpc/grpc-js');
const methods = require('./methods');

const Calls = grpc.makeGenericClientConstructor(methods, 'Calls');
const client = new Calls(process.argv[2], grpc.credentials.createInsecure());
const failures = [];
let calls = 0;
let finishing = false;

const outcome = (call, messages) =>
  new Promise((resolve) => {
    call.on('data', () => messages.count++);
    call.on('error', (error) => failures.push(String(error)));
    call.on('status', (status) => resolve({ status: status.code, messages: messages.count }));
  });

const unary = () =>
  new Promise((resolve) => {
    client.unary(Buffer.from('hello'), (error) => {
      if (error) {
        failures.push(String(error));
      }
      resolve();
    });
  });

const first = (call) => new Promise((resolve) => call.once('data', resolve));

async function main() {
  const total = { count: 0 };
  let clientStreamStatus;
  const clientStreamEnds = new Promise((resolve) => {
    clientStreamStatus = client.clientStream((error, reply) => {
      if (error) {
        failures.push(String(error));
      } else {
        total.count = Number(reply);
      }
      resolve();
    });
  });
  clientStreamStatus.write(Buffer.from('one'));

  const serverStream = client.serverStream(Buffer.from('go'));
  const serverStreamBegins = first(serverStream);
  const serverStreamEnds = outcome(serverStream, { count: 0 });
  const bidirectional = client.bidirectional();
  const bidirectionalBegins = first(bidirectional);
  const bidirectionalEnds = outcome(bidirectional, { count: 0 });
  bidirectional.write(Buffer.from('one'));
  await Promise.all([serverStreamBegins, bidirectionalBegins]);
  console.log('streaming');

  const calling = (async () => {
    while (!finishing) {
      await unary();
      calls++;
      if (calls % 100 === 0) {
        console.log(`calls ${calls}`);
      }
    }
  })();
  await new Promise((resolve) => readline.createInterface({ input: process.stdin }).once('line', resolve));
  clientStreamStatus.write(Buffer.from('two'));
  clientStreamStatus.end();
  bidirectional.write(Buffer.from('two'));
  bidirectional.end();
  const [, server, both] = await Promise.all([clientStreamEnds, serverStreamEnds, bidirectionalEnds]);
  finishing = true;
  await calling;
  console.log(
    JSON.stringify({
      calls,
      failures,
      clientStreamMessages: total.count,
      serverStreamMessages: server.messages,
      bidirectionalMessages: both.messages,
      statuses: [server.status, both.status],
    }),
  );
  client.close();
  process.exit(0);
}

main();
