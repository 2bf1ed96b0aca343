using System.Security.Cryptography;
using System.Text;
using K8sLb.Protocol;
using K8sLb.Sidecar.Configuration;
using K8sLb.Sidecar.Connections;
using K8sLb.Sidecar.Draining;
using K8sLb.Sidecar.Observability;

namespace K8sLb.Sidecar.Admin;

/// <summary>
/// For preStop: drains, and answers when the member is released, so that the application is stopped no sooner. With wait=false it
/// answers at once with how things stand. It is for whoever knows the pod's secret; where there is none, for the pod's own containers.
/// </summary>
internal sealed class DrainEndpoint(
    SidecarOptions options,
    MemberDrain drain,
    ConnectionRegistry registry,
    SidecarMetrics metrics,
    TimeProvider clock,
    ILogger<DrainEndpoint> log
)
{
    private readonly byte[]? secret = options.DrainSecret is { } text ? Encoding.UTF8.GetBytes(text) : null;
    private readonly LogThrottle throttle = new(clock);

    /// <returns>What follows <c>/drain/</c>, empty where nothing does; null where the path is another one.</returns>
    public static string? SecretIn(string path) =>
        path == DrainCall.Path ? ""
        : path.StartsWith(DrainCall.Path + "/", StringComparison.Ordinal) ? path[(DrainCall.Path.Length + 1)..]
        : null;

    /// <param name="fromPod">The call came to an address that serves everything.</param>
    public Task ServeAsync(HttpContext context, string inPath, bool fromPod) =>
        Objection(context.Request, inPath, fromPod) is var (reason, message)
            ? RefuseAsync(context, reason, message)
            : DrainAsync(context);

    private (string Reason, string Message)? Objection(HttpRequest request, string inPath, bool fromPod)
    {
        if (secret is null)
        {
            return fromPod
                ? null
                : (
                    "NoneSet",
                    $"this sidecar has no secret, so it drains for calls to {options.AdminAddress} alone; set {DrainCall.SecretVariable}, and "
                        + $"let the hook send it as header {DrainCall.SecretHeader} or call {DrainCall.PathWith("SECRET")}"
                );
        }
        var sent = request.Headers[DrainCall.SecretHeader].ToString();
        var shown = sent.Length > 0 ? sent : inPath;
        return shown.Length == 0
                ? (
                    "Missing",
                    $"it drains for who knows the pod's secret alone: header {DrainCall.SecretHeader}, or {DrainCall.PathWith("SECRET")}, with "
                        + $"what {DrainCall.SecretVariable} of container k8slb-sidecar says"
                )
            : CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(shown), secret) ? null
            : (
                "Wrong",
                $"that is not the secret of this pod, which {DrainCall.SecretVariable} of container k8slb-sidecar says"
            );
    }

    private async Task DrainAsync(HttpContext context)
    {
        var state = drain.Begin(DrainReason.PreStop);
        if (context.Request.Query["wait"] != "false")
        {
            await drain.WhenOver(context.RequestAborted);
            state = drain.Current ?? state;
        }
        context.Response.StatusCode = state.IsOver ? StatusCodes.Status200OK : StatusCodes.Status202Accepted;
        await context.Response.WriteAsJsonAsync(
            DrainReports.From(state, registry.Account(), clock.GetUtcNow()),
            AdminJson.Default.DrainReport,
            cancellationToken: context.RequestAborted
        );
    }

    private Task RefuseAsync(HttpContext context, string reason, string message)
    {
        metrics.DrainRefusals.Add(1, SidecarMetrics.Reason(reason));
        if (throttle.TryPass())
        {
            SidecarLog.DrainRefused(log, context.Connection.RemoteIpAddress, message);
        }
        context.Response.StatusCode = StatusCodes.Status403Forbidden;
        return context.Response.WriteAsync($"k8slb sidecar: {message}\n", context.RequestAborted);
    }
}
