#!/usr/bin/env node
// Pickle libraries of npm behind pickleproof/1, as they are published.
//
//     testee.js [--values] pickleparser|jpickle|unpickle
//
// Without --values it says what is accepted and what is rejected. With it, values
// are reported as far as JavaScript can tell them: a tuple is an Array, 1.0 is 1,
// and an instance is "?".
'use strict';
const path = require('path');
const readline = require('readline');

// For each library: how to load a Buffer.
const LIBRARIES = {
  pickleparser: (library) => (data) => new library.Parser({
    unpicklingTypeOfSet: 'Set',
    unpicklingTypeOfDictionary: 'Map',
  }).parse(data),
  jpickle: (library) => (data) => library.loads(data.toString('latin1')),
  unpickle: (library) => (data) => (library.default || library)(data),
};

const TOO_LONG = 1 << 20; // characters of text; what is shared is written again

function utf8(text) {
  const out = [];
  for (const c of text) {
    const code = c.codePointAt(0);
    if (code >= 0xd800 && code < 0xe000) { // a lone surrogate
      out.push(Buffer.from([0xed, 0x80 | (code >> 6 & 0x3f), 0x80 | (code & 0x3f)]));
    } else {
      out.push(Buffer.from(c, 'utf8'));
    }
  }
  return Buffer.concat(out).toString('hex');
}

function number(value) {
  if (Number.isInteger(value) && !Object.is(value, -0)) {
    return integer(BigInt(value));
  }
  const bits = Buffer.alloc(8);
  bits.writeDoubleBE(value);
  return 'f' + bits.toString('hex');
}

function integer(value) {
  return value < 0n ? 'i-' + (-value).toString(16) : 'i' + value.toString(16);
}

class Unreported extends Error {}

// Canonical text without identity: harness/PROTOCOL.md.
function text(value, budget) {
  if (--budget.left < 0) throw new Unreported();
  const one = (item) => text(item, budget);
  const pair = ([key, item]) => one(key) + '=' + one(item);
  if (value === null || value === undefined) return 'N';
  if (value === true) return 'T';
  if (value === false) return 'F';
  if (typeof value === 'number') return number(value);
  if (typeof value === 'bigint') return integer(value);
  if (typeof value === 'string') return 'u' + utf8(value);
  if (value instanceof Uint8Array) return 'b' + Buffer.from(value).toString('hex');
  if (Array.isArray(value)) return 'l(' + Array.from(value, one).join() + ')';
  if (value instanceof Map) return 'd(' + Array.from(value, pair).join() + ')';
  if (value instanceof Set) return 'S(' + Array.from(value, one).sort().join() + ')';
  if (Object.getPrototypeOf(value) === Object.prototype) {
    return 'd(' + Object.entries(value).map(pair).join() + ')';
  }
  throw new Unreported();
}

function report(value) {
  try {
    const said = text(value, {left: 100000});
    return said.length > TOO_LONG ? '?' : said;
  } catch (error) {
    return '?'; // an instance, or deeper than the stack
  }
}

// The reply to [operation, key=value ..., data], without the id.
function answer(load, values, words) {
  if (words[0] !== 'load') return 'na op';
  let value;
  try {
    value = load(Buffer.from(words[words.length - 1].slice(2), 'hex'));
  } catch (error) {
    return 'err ' + (/^\w+$/.test(error && error.name) ? error.name : 'other');
  }
  return 'ok ' + (values ? report(value) : '?');
}

function find(name) {
  const library = require(name);
  const from = path.dirname(require.resolve(name)).split(path.sep + name)[0];
  const version = require(path.join(from, name, 'package.json')).version;
  return {load: LIBRARIES[name](library), version};
}

function main(argv) {
  const values = argv[0] === '--values';
  const name = argv[values ? 1 : 0];
  if (!LIBRARIES[name]) {
    console.error('usage: testee.js [--values] ' + Object.keys(LIBRARIES).join('|'));
    process.exit(2);
  }
  const {load, version} = find(name);
  readline.createInterface({input: process.stdin, terminal: false})
    .on('line', (line) => {
      const words = line.split(' ').filter((word) => word);
      if (!words.length) return;
      if (words[0] === 'bye') process.exit(0);
      if (words[0] === 'hello') {
        console.log(`hello pickleproof/1 name=${name} version=${version} lang=js ` +
          'ops=load caps=object' + (values ? ',value,surrogate,bigint' : ''));
      } else {
        console.log(words[0] + ' ' + answer(load, values, words.slice(1)));
      }
    });
}

main(process.argv.slice(2));
