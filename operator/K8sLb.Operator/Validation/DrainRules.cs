using System.Text.RegularExpressions;
using K8sLb.Operator.Api;

namespace K8sLb.Operator.Validation;

internal static partial class DrainRules
{
    private static readonly TimeSpan Longest = TimeSpan.FromHours(24);

    [GeneratedRegex("^(100|[1-9]?[0-9])%\\z")]
    private static partial Regex Percentage();

    public static void Check(BackendPoolDrain drain, string path, FieldErrors errors)
    {
        var deadline = errors.Duration($"{path}.deadline", drain.Deadline);
        var rampDown = errors.Duration($"{path}.rampDown", drain.RampDown);
        var quietPeriod = errors.Duration($"{path}.quietPeriod", drain.QuietPeriod);
        if (deadline <= TimeSpan.Zero || deadline > Longest)
        {
            errors.Add($"{path}.deadline", drain.Deadline, "must be longer than 0s and at most 24h");
        }
        if (rampDown >= deadline)
        {
            errors.Add($"{path}.rampDown", drain.RampDown, $"must be shorter than deadline ({drain.Deadline})");
        }
        if (quietPeriod >= deadline)
        {
            errors.Add($"{path}.quietPeriod", drain.QuietPeriod, $"must be shorter than deadline ({drain.Deadline})");
        }
        if (drain.MinAvailable.Number < 0)
        {
            errors.Add($"{path}.minAvailable", drain.MinAvailable.Number, "must be 0 or more");
        }
        if (drain.MinAvailable.Text is { } text && !Percentage().IsMatch(text))
        {
            errors.Add($"{path}.minAvailable", text, "must be a number, or a percentage from 0% to 100%");
        }
        errors.OneOf($"{path}.lateArrivals", drain.LateArrivals, "Reroute", "Serve", "Reject");
        errors.Range($"{path}.maxReleasesPerSecond", drain.MaxReleasesPerSecond, 1, 1_000_000);
        if (errors.Duration($"{path}.http2.goawayGrace", drain.Http2.GoawayGrace) >= deadline)
        {
            errors.Add(
                $"{path}.http2.goawayGrace",
                drain.Http2.GoawayGrace,
                $"must be shorter than deadline ({drain.Deadline})"
            );
        }
        if (drain.WebSocket.CloseCode is not (1000 or 1001 or 1012 or 1013 or (>= 3000 and <= 4999)))
        {
            errors.Add(
                $"{path}.webSocket.closeCode",
                drain.WebSocket.CloseCode,
                "must be 1001 (going away), 1000, 1012, 1013, or from 3000 to 4999"
            );
        }
        errors.OneOf($"{path}.onDeadline", drain.OnDeadline, "Close", "Reset");
    }
}
