// Hands the local network's certificate authority to phones: node serve-certificate.mjs FILE PORT
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';

const [file, port] = process.argv.slice(2);
const certificate = readFileSync(file);

createServer((request, response) => {
  if (request.url === '/cordboard-ca.crt') {
    response.writeHead(200, { 'Content-Type': 'application/x-x509-ca-cert' });
    response.end(certificate);
  } else {
    response.writeHead(request.url === '/readyz' ? 200 : 404);
    response.end();
  }
}).listen(Number(port));
