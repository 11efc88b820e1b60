// An SMTP server with TLS and logins, for the tests. Its only argument is JSON, see below. Says where
// it listens, and what it accepts, as lines of JSON.
const fs = require('fs');
const { SMTPServer } = require('smtp-server');

const { cert, key, secure, starttls = true, methods = [], user, password, token } = JSON.parse(process.argv[2]);
const say = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);

const server = new SMTPServer({
  name: 'localhost',
  secure,
  cert: cert && fs.readFileSync(cert),
  key: key && fs.readFileSync(key),
  hideSTARTTLS: !starttls,
  disabledCommands: [...(starttls ? [] : ['STARTTLS']), ...(methods.length ? [] : ['AUTH'])],
  authMethods: methods,
  authOptional: methods.length === 0,
  // CRAM-MD5 is for connections that are not encrypted.
  allowInsecureAuth: methods.includes('CRAM-MD5'),
  disableReverseLookup: true,
  logger: false,
  onAuth(auth, session, callback) {
    say({ login: auth.method, user: auth.username, secure: session.secure });
    const good =
      auth.username === user &&
      (auth.method === 'XOAUTH2'
        ? auth.accessToken === fs.readFileSync(token, 'utf8')
        : auth.method === 'CRAM-MD5'
          ? auth.validatePassword(password)
          : auth.password === password);
    if (good) callback(null, { user });
    else if (auth.method === 'XOAUTH2') callback(null, { data: { status: '401', schemes: 'bearer' } });
    else callback(new Error('Invalid username or password'));
  },
  onData(stream, session, callback) {
    const chunks = [];
    stream.on('data', (chunk) => chunks.push(chunk));
    stream.on('end', () => {
      say({
        mail: Buffer.concat(chunks).toString('base64'),
        from: session.envelope.mailFrom.address,
        to: session.envelope.rcptTo.map((one) => one.address),
        secure: session.secure,
        user: session.user,
      });
      callback();
    });
  },
});
server.on('error', (error) => process.stderr.write(`${error}\n`));
server.listen(0, '127.0.0.1', () => say({ port: server.server.address().port }));
