//! What the server refuses, as one error type: status, stable code, sentence, fields and facts (RFC 9457).

export interface FieldProblem {
  field: string;
  code: string;
  message: string;
}

export class ApiError extends Error {
  readonly status: number;
  /** Stable code such as `matter.stale`; `network.unreachable` and `network.cancelled` are made here. */
  readonly code: string;
  readonly detail: string;
  readonly fields: FieldProblem[];
  readonly facts: Record<string, unknown>;
  /** By which the administrator finds it in the log; empty when nothing came back. */
  readonly requestId: string;

  constructor(status: number, code: string, detail: string, fields: FieldProblem[] = [], facts: Record<string, unknown> = {}, requestId = '') {
    super(detail || code);
    this.name = 'ApiError';
    this.status = status;
    this.code = code;
    this.detail = detail;
    this.fields = fields;
    this.facts = facts;
    this.requestId = requestId;
  }

  /** True when nothing reached the server, so that the same request may be sent again later. */
  get isOffline(): boolean {
    return this.code === 'network.unreachable';
  }
}

/** Reads a refusal; a body that is no problem document (a proxy's page) still becomes an ApiError. */
export function problemFrom(status: number, contentType: string | null, body: string): ApiError {
  if (contentType?.includes('json')) {
    try {
      const read: unknown = JSON.parse(body);
      if (read !== null && typeof read === 'object') {
        const p = read as { code?: unknown; detail?: unknown; title?: unknown; fields?: unknown; facts?: unknown; request_id?: unknown };
        return new ApiError(
          status,
          typeof p.code === 'string' ? p.code : `http.${status}`,
          typeof p.detail === 'string' ? p.detail : typeof p.title === 'string' ? p.title : '',
          Array.isArray(p.fields) ? (p.fields as FieldProblem[]) : [],
          p.facts !== null && typeof p.facts === 'object' ? (p.facts as Record<string, unknown>) : {},
          typeof p.request_id === 'string' ? p.request_id : '',
        );
      }
    } catch {
      // Falls through: a broken body is reported by its status alone.
    }
  }
  return new ApiError(status, `http.${status}`, '');
}
