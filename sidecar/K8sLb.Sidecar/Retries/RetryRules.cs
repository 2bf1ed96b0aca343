using System.Net;
using K8sLb.Protocol;

namespace K8sLb.Sidecar.Retries;

/// <summary>Which requests may be sent a second time: a pure function of the request and of what became of it.</summary>
public static class RetryRules
{
    /// <summary>RFC 9110 section 9.2.2: done twice, they have done no more than once.</summary>
    private static readonly string[] Idempotent = ["GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"];

    /// <param name="hasContent">What was read of it once cannot be sent again.</param>
    /// <param name="failure">What became of it.</param>
    public static bool IsSafe(string method, bool hasContent, TryFailure failure) =>
        !hasContent
        && failure switch
        {
            // Whoever says 503 says that it has not begun.
            TryFailure.NotBegun => true,
            TryFailure.Unknown => Idempotent.Contains(method, StringComparer.Ordinal),
            _ => false,
        };

    public static TryFailure Of(HttpStatusCode status) =>
        status switch
        {
            HttpStatusCode.ServiceUnavailable => TryFailure.NotBegun,
            HttpStatusCode.BadGateway or HttpStatusCode.GatewayTimeout => TryFailure.Unknown,
            _ => TryFailure.None,
        };

    /// <summary>Exponential, with full jitter: from nothing up to a bound that doubles with each retry.</summary>
    /// <param name="retry">1 for the first.</param>
    /// <param name="draw">From 0 to below 1, at random.</param>
    public static TimeSpan Pause(RetryPolicy policy, int retry, double draw) =>
        TimeSpan.FromMilliseconds(Math.Min(policy.BackoffMaxMs, policy.BackoffBaseMs * Math.Pow(2, retry - 1)) * draw);
}

public enum TryFailure
{
    None,

    /// <summary>The application has not begun with it.</summary>
    NotBegun,

    /// <summary>The application may have done part of it, or all.</summary>
    Unknown,
}
