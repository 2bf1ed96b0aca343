using K8sLb.Protocol;
using K8sLb.Sidecar.Tests.Fixtures;

namespace K8sLb.Sidecar.Tests.Sessions;

/// <summary>A client that keeps what it is given, and comes in wherever the test says.</summary>
internal sealed class SessionClient(SessionPolicy policy)
{
    /// <summary>The cookie or the header's value as it was given last.</summary>
    public string? Token { get; set; }

    /// <summary>The last answer's Set-Cookie, whole.</summary>
    public string? SetCookie { get; private set; }

    /// <summary>How often it was given a token.</summary>
    public int Given { get; private set; }

    /// <summary>More lines of header for every request, each with its end.</summary>
    public string More { get; set; } = "";

    public async Task<RawResponse> RequestAsync(TestMember member, string target = "/")
    {
        await using var connection = await RawHttp.ConnectAsync(member.Http);
        return await RequestAsync(connection, target);
    }

    public async Task<RawResponse> RequestAsync(RawHttp connection, string target = "/")
    {
        await SendAsync(connection, target);
        return Take(await connection.ReadAsync());
    }

    public Task SendAsync(RawHttp connection, string target) =>
        connection.SendAsync($"GET {target} HTTP/1.1\r\nHost: shop.test\r\n{More}{TokenLine()}\r\n");

    public RawResponse Take(RawResponse answer)
    {
        SetCookie = answer.Headers["Set-Cookie"].SingleOrDefault();
        var given =
            policy.Kind == SessionKind.Header
                ? answer.Headers[policy.Name].SingleOrDefault()
                : SetCookie?.Split(';')[0][(policy.Name.Length + 1)..];
        Given += given is null ? 0 : 1;
        Token = given ?? Token;
        return answer;
    }

    private string TokenLine() =>
        Token is null ? ""
        : policy.Kind == SessionKind.Header ? $"{policy.Name}: {Token}\r\n"
        : $"Cookie: theme=dark; {policy.Name}={Token}\r\n";
}
