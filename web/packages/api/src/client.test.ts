import { afterEach, describe, expect, it, vi } from 'vitest';
import { ApiError, api, problemFrom, queryText, retryDelay, whenSignedOut } from './index';

const answer = (status: number, body: string, type = 'application/problem+json') =>
  vi.stubGlobal('fetch', vi.fn(async () => new Response(status === 204 ? null : body, { status, headers: { 'content-type': type } })));

afterEach(() => vi.unstubAllGlobals());

describe('the client', () => {
  it('turns a problem into an ApiError with code, fields and facts', async () => {
    answer(409, JSON.stringify({ title: 'Conflict', status: 409, code: 'matter.stale', detail: 'acted by another', facts: { by: '赵强', revision: 4 } }));
    const refused = await api.matter('m1').catch((e: unknown) => e);
    expect(refused).toBeInstanceOf(ApiError);
    expect(refused).toMatchObject({ status: 409, code: 'matter.stale', detail: 'acted by another', facts: { by: '赵强', revision: 4 }, fields: [] });
  });

  it('keeps the field errors of a refused form', () => {
    const refused = problemFrom(422, 'application/problem+json', JSON.stringify({ code: 'matter.form', fields: [{ field: 'days', code: 'minimum', message: 'at least 1' }] }));
    expect(refused.fields).toEqual([{ field: 'days', code: 'minimum', message: 'at least 1' }]);
  });

  it('reports a page of a proxy by its status', () => {
    expect(problemFrom(502, 'text/html', '<h1>Bad gateway</h1>').code).toBe('http.502');
    expect(problemFrom(500, 'application/json', '{broken').code).toBe('http.500');
  });

  it('says that the network is unreachable when nothing came back', async () => {
    vi.stubGlobal('fetch', vi.fn(async () => { throw new TypeError('failed to fetch'); }));
    const refused = (await api.desk().catch((e: unknown) => e)) as ApiError;
    expect(refused.isOffline).toBe(true);
  });

  it('answers nothing for 204', async () => {
    answer(204, '');
    await expect(api.alarmSeen('a1')).resolves.toBeUndefined();
  });

  it('reads what comes with 202, such as the ticket of the second step', async () => {
    answer(202, JSON.stringify({ ticket: 't', second_factor: true }), 'application/json');
    expect(await api.signIn('limin', 'x')).toMatchObject({ ticket: 't' });
    answer(202, '');
    expect(await api.backUp()).toBeUndefined();
  });

  it('does not take an HTML page for an answer', async () => {
    answer(200, '<html>', 'text/html');
    await expect(api.desk()).rejects.toMatchObject({ code: 'network.not_json' });
  });

  it('tells the shell when the session ended, but not for the question whether there is one', async () => {
    const ended = vi.fn();
    whenSignedOut(ended);
    answer(401, JSON.stringify({ code: 'access.unauthenticated' }));
    await api.session().catch(() => undefined);
    expect(ended).not.toHaveBeenCalled();
    await api.desk().catch(() => undefined);
    expect(ended).toHaveBeenCalledOnce();
  });

  it('leaves empty filters out of the address', () => {
    expect(queryText({ q: '', kind: undefined, open: false, page: 2, state: 'pending' })).toBe('?page=2&state=pending');
    expect(queryText({})).toBe('');
  });

  it('waits longer each time, up to half a minute', () => {
    const middle = () => 0.5;
    expect([0, 1, 2, 9].map((n) => retryDelay(n, middle))).toEqual([1000, 2000, 4000, 30_000]);
  });
});
