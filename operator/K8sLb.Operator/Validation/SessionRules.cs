using System.Text.RegularExpressions;
using K8sLb.Operator.Api;

namespace K8sLb.Operator.Validation;

internal static partial class SessionRules
{
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Longest = TimeSpan.FromHours(720);

    /// <summary>A part of what cookies and headers may be called, so that nothing needs to be quoted anywhere.</summary>
    [GeneratedRegex("^[A-Za-z0-9][A-Za-z0-9_.-]{0,127}\\z")]
    private static partial Regex Name();

    /// <summary>Headers that mean something to HTTP or to proxies.</summary>
    [GeneratedRegex(
        "^(accept.*|authorization|connection|content-.*|cookie|date|expect|forwarded|host|keep-alive|proxy-.*|sec-.*|server|set-cookie|te|trailer|transfer-encoding|upgrade|user-agent|via|x-forwarded-.*|k8slb-unserved)\\z",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant
    )]
    private static partial Regex ReservedHeader();

    public static void Check(
        BackendPoolSessionPersistence? sessions,
        IList<BackendPoolPort>? ports,
        bool rebalances,
        string path,
        FieldErrors errors
    )
    {
        if (sessions is null)
        {
            return;
        }
        errors.OneOf($"{path}.type", sessions.Type, "Cookie", "Header", "SourceAddress");
        errors.OneOf($"{path}.handover", sessions.Handover, "Successor");
        if (sessions.Type is "Cookie" or "Header" && ports?.Any(p => p.Mode == "Proxy") == false)
        {
            errors.Add(
                $"{path}.type",
                sessions.Type,
                "must be SourceAddress where no port has mode Proxy, because a relay does not change requests and answers"
            );
        }
        if (sessions.Type == "SourceAddress" && rebalances)
        {
            errors.Add(
                $"{path}.type",
                sessions.Type,
                "must be another one where loadBalancing.rebalance is given, because a client that is released comes back to the same member"
            );
        }
        if (!Name().IsMatch(sessions.SessionName ?? ""))
        {
            errors.Add(
                $"{path}.sessionName",
                sessions.SessionName,
                "must be 1 to 128 letters, digits, '-', '_' or '.', and begin with a letter or a digit"
            );
        }
        else if (sessions.Type == "Header" && ReservedHeader().IsMatch(sessions.SessionName!))
        {
            errors.Add(
                $"{path}.sessionName",
                sessions.SessionName,
                "must be a header that means nothing else, such as X-Shop-Session"
            );
        }
        if (
            errors.Duration($"{path}.absoluteTimeout", sessions.AbsoluteTimeout) is { } timeout
            && (timeout < Shortest || timeout > Longest)
        )
        {
            errors.Add($"{path}.absoluteTimeout", sessions.AbsoluteTimeout, "must be from 1s to 720h");
        }
    }
}
