using System.Globalization;
using K8sLb.Protocol;
using K8sLb.Sidecar.Sessions;
using Microsoft.Extensions.Primitives;

namespace K8sLb.Sidecar.Http;

/// <summary>Tokens in requests and answers: in a cookie, or in a header of their own.</summary>
internal static class SessionHeaders
{
    /// <summary>Cookies of that name that are looked at: more than that is nobody's honest request.</summary>
    private const int MostCookies = 8;
    private const string ForwardedProto = "X-Forwarded-Proto";
    private const string Cookie = "Cookie";
    private const string SetCookie = "Set-Cookie";

    /// <returns>The best of what was found, by its verdict; null where nothing of that name is there.</returns>
    public static TokenVerdict? TryRead(
        IHeaderDictionary headers,
        SessionPlan plan,
        DateTimeOffset now,
        out SessionToken token
    )
    {
        token = default;
        return plan.Policy.Kind == SessionKind.Cookie
            ? ReadCookies(headers.Cookie, plan, now, ref token)
            : ReadHeader(headers[plan.Policy.Name], plan, now, ref token);
    }

    public static void Strip(SessionPolicy policy, HttpRequestMessage request, IHeaderDictionary asItCame)
    {
        if (policy.Kind == SessionKind.Header)
        {
            request.Headers.Remove(policy.Name);
            return;
        }
        var left = asItCame
            .Cookie.Select(header => header is null ? null : CookieText.Without(header, policy.Name))
            .Where(header => header is not null);
        request.Headers.Remove(Cookie);
        if (string.Join("; ", left) is { Length: > 0 } cookies)
        {
            request.Headers.TryAddWithoutValidation(Cookie, cookies);
        }
    }

    public static void Put(HttpContext context, SessionPlan plan, in SessionToken token, DateTimeOffset now)
    {
        Span<char> text = stackalloc char[TokenCodec.TextLength];
        TokenCodec.Write(token, plan.Keys.Signing(now), text);
        var headers = context.Response.Headers;
        if (plan.Policy.Kind == SessionKind.Header)
        {
            headers[plan.Policy.Name] = new string(text);
            return;
        }
        var seconds = Math.Max(1, (long)Math.Ceiling((token.IssuedAt + plan.Timeout - now).TotalSeconds));
        var secure = CameByHttps(context.Request.Headers) ? "; Secure" : "";
        headers.Append(
            SetCookie,
            string.Create(
                CultureInfo.InvariantCulture,
                $"{plan.Policy.Name}={text}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}"
            )
        );
    }

    private static TokenVerdict? ReadCookies(
        StringValues headers,
        SessionPlan plan,
        DateTimeOffset now,
        ref SessionToken token
    )
    {
        TokenVerdict? first = null;
        var looked = 0;
        foreach (var header in headers)
        {
            var from = 0;
            while (looked < MostCookies && CookieText.TryFind(header, plan.Policy.Name, ref from, out var value))
            {
                looked++;
                // Another path or domain can have left one of the same name: the first that is any good counts.
                var verdict = TokenCodec.TryRead(value, plan.Keys, plan.Timeout, now, out var found);
                if (verdict == TokenVerdict.Valid)
                {
                    token = found;
                    return verdict;
                }
                first ??= verdict;
            }
        }
        return first;
    }

    private static TokenVerdict? ReadHeader(
        StringValues values,
        SessionPlan plan,
        DateTimeOffset now,
        ref SessionToken token
    )
    {
        if (values.Count == 0)
        {
            return null;
        }
        return values is [{ } only]
            ? TokenCodec.TryRead(only.AsSpan().Trim(), plan.Keys, plan.Timeout, now, out token)
            : TokenVerdict.Malformed;
    }

    /// <summary>By whoever ends TLS in front; the first of several proxies is the one that the client spoke to.</summary>
    private static bool CameByHttps(IHeaderDictionary headers) =>
        headers[ForwardedProto] is [{ } value, ..]
        && value
            .AsSpan(0, value.IndexOf(',') is >= 0 and var comma ? comma : value.Length)
            .Trim()
            .Equals("https", StringComparison.OrdinalIgnoreCase);
}
