// `jco serve` runs the component in a child process and leaves that behind when it is itself stopped
// with SIGTERM. This is loaded into the child and ends it when jco is gone.

import process from 'node:process';

const jco = process.ppid;
setInterval(() => {
  if (process.ppid !== jco) process.exit();
}, 200).unref();
