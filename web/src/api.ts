import { Code, ConnectError, createClient, type Interceptor } from '@connectrpc/connect';
import { createConnectTransport } from '@connectrpc/connect-web';
import type { MessageInitShape } from '@bufbuild/protobuf';
import { type CommandSchema, Drill } from './gen/drill/v1/api_pb';

// Told to the window, whichever call found out.
export const kSignedOut = 'signed-out';
const noticing: Interceptor = (next) => (request) =>
  next(request).catch((error) => {
    if (isSignedOut(error)) dispatchEvent(new Event(kSignedOut));
    throw error;
  });

export const client = createClient(
  Drill,
  createConnectTransport({ baseUrl: location.origin, interceptors: [noticing] }),
);

export type Act = NonNullable<MessageInitShape<typeof CommandSchema>['command']>;

export const submit = (command: Act) =>
  client.submit({ requestId: crypto.randomUUID(), command: { command } });

// The header is what no form and no page of elsewhere can send.
const own = { 'Connect-Protocol-Version': '1' };
export const signIn = async (token: string) =>
  (await fetch('/session', { method: 'POST', headers: own, body: token })).status;
export const signOut = (everywhere: boolean) =>
  fetch(everywhere ? '/session/all' : '/session', { method: 'DELETE', headers: own });

export const isSignedOut = (error: unknown) =>
  ConnectError.from(error).code === Code.Unauthenticated;
// Answered, and asking again gives the same: not for this person, or there is no such thing.
export const isRefusal = (error: unknown) =>
  [Code.Unauthenticated, Code.PermissionDenied, Code.NotFound, Code.InvalidArgument].includes(
    ConnectError.from(error).code,
  );
export const saidBy = (error: unknown) => ConnectError.from(error).rawMessage;
