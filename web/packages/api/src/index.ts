//! Everything a port needs to talk to the server.
export * from './types';
export { ApiError, problemFrom, type FieldProblem } from './problem';
export { api, auditTableUrl, importErrorsUrl, liveUrl, newRequestId, queryText, request, snapshotUrl, upload, whenSignedOut, type GeoJson, type Query } from './client';
export { serverNow } from './server-time';
export { listenLive, retryDelay, type LiveListener, type LiveState } from './events';
