'use strict';

// node server.js ADDRESS:PORT - says "ready"; at "finish" on its input, open server streams come to their end.
const readline = require('readline');
const grpc = require('@grpc/grpc-js');
const methods = require('./methods');

const serverStreams = new Set();
let finished = false;

const server = new grpc.Server();
server.addService(methods, {
  unary: (call, respond) => respond(null, call.request),
  clientStream: (call, respond) => {
    let count = 0;
    call.on('data', () => count++);
    call.on('end', () => respond(null, Buffer.from(String(count))));
  },
  serverStream: (call) => {
    call.write(Buffer.from('first'));
    const end = () => {
      call.write(Buffer.from('last'));
      call.end();
    };
    if (finished) {
      end();
    } else {
      serverStreams.add(end);
    }
  },
  bidirectional: (call) => {
    call.on('data', (message) => call.write(message));
    call.on('end', () => call.end());
  },
});

readline.createInterface({ input: process.stdin }).on('line', () => {
  finished = true;
  serverStreams.forEach((end) => end());
});

server.bindAsync(process.argv[2], grpc.ServerCredentials.createInsecure(), (error) => {
  console.log(error ? String(error) : 'ready');
});
