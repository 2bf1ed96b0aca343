using System.Globalization;
using K8sLb.Load;

namespace K8sLb.Demo;

internal static class FailureTexts
{
    private const int Shown = 15;

    /// <summary>The first failures of a run, a line each.</summary>
    /// <param name="since">A moment of the run, in seconds since it began.</param>
    /// <param name="what">It was, in a word.</param>
    public static string First(LoadReport load, double since, string what) =>
        string.Join(
            '\n',
            load.Failures.Take(Shown)
                .Select(f =>
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"{f.Seconds - since, 7:0.00} s after the {what}: {Of(f)}"
                    )
                )
        );

    public static string Of(FailureSample failure) =>
        $"{ClassTexts.Of(failure.Class)}, {failure.ServedBy}: {failure.Message}";

    public static string Of(FailureKind kind) =>
        kind switch
        {
            FailureKind.Refused => "connection refused",
            FailureKind.Unreachable => "no route",
            FailureKind.Reset => "reset",
            FailureKind.Cut => "cut in the middle",
            FailureKind.KeepAliveLost => "lost on a kept connection",
            FailureKind.StreamReset => "HTTP/2 stream reset",
            FailureKind.WebSocketCut => "WebSocket cut",
            FailureKind.WebSocketUnanswered => "WebSocket message unanswered",
            FailureKind.GrpcStatus => "gRPC status not OK",
            FailureKind.Timeout => "timed out",
            FailureKind.ServerError => "status 5xx",
            FailureKind.UnexpectedStatus => "unexpected status",
            FailureKind.Corrupt => "wrong response",
            FailureKind.Protocol => "against the protocol",
            _ => kind.ToString(),
        };
}
