#!/usr/bin/env node
// A testee for pickleproof: puts a pickle library behind the line protocol.
//
//     pickleproof check-testee -- node testee.js
//     pickleproof run --baseline expect.txt -- node testee.js
//
// It only says what is accepted and what is rejected. Next steps: report values
// (add caps=value), then dump. harness/PROTOCOL.md has the grammar.
'use strict';
const readline = require('readline');

// Decode one pickle with your library; throw if it rejects it.
// In its place: a pickle ends with STOP. Nearly every check will fail.
function load(data) {
  if (data.length === 0) throw new Error('empty');
  if (data[data.length - 1] !== 0x2e) throw new Error('truncated');
}

// The reply to [operation, key=value ..., data], without the id.
function answer(words) {
  if (words[0] !== 'load') return 'na op'; // what you do not do yet
  // In between are keys. The runner sends none that caps= does not ask for.
  try {
    load(Buffer.from(words[words.length - 1].slice(2), 'hex')); // behind "x:"
  } catch (error) {
    return 'err ' + (error.name || 'other');
  }
  return 'ok ?'; // accepted; "?": the value is not reported
}

readline.createInterface({input: process.stdin, terminal: false})
  .on('line', (line) => {
    const words = line.split(' ').filter((word) => word);
    if (!words.length) return;
    if (words[0] === 'bye') process.exit(0);
    if (words[0] === 'hello') {
      console.log('hello pickleproof/1 name=mine version=1 lang=js ops=load');
    } else if (words.length === 1) {
      console.log(words[0] + ' na op');
    } else {
      console.log(words[0] + ' ' + answer(words.slice(1)));
    }
  });
