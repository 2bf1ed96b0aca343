using System.Globalization;

namespace K8sLb.Sidecar.Agent;

/// <summary>
/// An application's word on itself, in HAProxy's agent-check protocol: words in any order, of which each may be left out; what is
/// left out stays as it was. <see href="https://docs.haproxy.org/2.6/configuration.html#5.2-agent-check"/>
/// </summary>
public readonly record struct AgentReply
{
    private static readonly char[] Separators = [' ', '\t', ','];
    private static readonly char[] Ends = ['\r', '\n'];

    /// <summary>Of the weight that the member has otherwise; above 100 where it asks for more.</summary>
    public int? WeightPercent { get; init; }

    /// <summary>Connections that it is to have at most; 0 for as many as come.</summary>
    public int? MaxConnections { get; init; }
    public AgentAdmin? Admin { get; init; }
    public AgentHealth? Health { get; init; }

    /// <summary>What it says about its state, behind a <c>#</c>.</summary>
    public string? Description { get; init; }

    /// <param name="text">What the agent sent; everything behind its first line is passed over.</param>
    /// <param name="error">Names the word and what would be right.</param>
    public static bool TryParse(string text, out AgentReply reply, out string? error)
    {
        reply = default;
        error = null;
        var end = text.IndexOfAny(Ends);
        var line = end < 0 ? text : text[..end];
        var hash = line.IndexOf('#', StringComparison.Ordinal);
        if (hash >= 0)
        {
            reply = reply with { Description = line[(hash + 1)..].Trim() };
            line = line[..hash];
        }
        foreach (var word in line.Split(Separators, StringSplitOptions.RemoveEmptyEntries))
        {
            if (With(reply, word.ToLowerInvariant()) is not { } next)
            {
                error =
                    $"\"{word}\" is no word of an agent: there are N%, maxconn:N, ready, drain, maint, up, down, stopped and fail";
                return false;
            }
            reply = next;
        }
        return true;
    }

    private static AgentReply? With(in AgentReply reply, string word) =>
        word switch
        {
            "ready" => reply with { Admin = AgentAdmin.Ready },
            "drain" => reply with { Admin = AgentAdmin.Drain },
            "maint" => reply with { Admin = AgentAdmin.Maintenance },
            "up" => reply with { Health = AgentHealth.Up },
            "down" or "stopped" or "fail" => reply with { Health = AgentHealth.Down },
            [.. var percent, '%'] when Number(percent) is { } number => reply with { WeightPercent = number },
            _ when word.StartsWith("maxconn:", StringComparison.Ordinal)
                    && Number(word["maxconn:".Length..]) is { } most => reply with
            {
                MaxConnections = most,
            },
            _ => null,
        };

    private static int? Number(string digits) =>
        int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}

public enum AgentAdmin
{
    Ready,
    Drain,
    Maintenance,
}

public enum AgentHealth
{
    Up,
    Down,
}
