'use strict';

const bytes = (value) => value;
const method = (path, requestStream, responseStream) => ({
  path: `/proof.Calls/${path}`,
  requestStream,
  responseStream,
  requestSerialize: bytes,
  requestDeserialize: bytes,
  responseSerialize: bytes,
  responseDeserialize: bytes,
});

/** One method of each kind; messages are bytes, so that no schema compiler is needed. */
module.exports = {
  unary: method('Unary', false, false),
  clientStream: method('ClientStream', true, false),
  serverStream: method('ServerStream', false, true),
  bidirectional: method('Bidirectional', true, true),
};
