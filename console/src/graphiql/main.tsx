import 'graphiql/style.css';

import { GraphiQL } from 'graphiql';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { makeFetcher } from './fetcher';

const WELCOME = `# Sign in, then put the accessToken under Headers below:
#   { "Authorization": "Bearer …" }
mutation SignIn {
  sessionCreate(input: { email: "agent1@example.com", password: "" }) {
    session {
      accessToken
      expiresAt
    }
    userErrors {
      code
      message
      path
    }
  }
}
`;

const root = document.getElementById('root');
if (!root) throw new Error('graphiql.html has no #root');

createRoot(root).render(
  <StrictMode>
    <GraphiQL fetcher={makeFetcher()} defaultQuery={WELCOME} defaultEditorToolsVisibility="headers" />
  </StrictMode>,
);
