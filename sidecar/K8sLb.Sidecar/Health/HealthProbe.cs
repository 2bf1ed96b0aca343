using System.Net;
using System.Net.Sockets;
using K8sLb.Protocol;
using K8sLb.Sidecar.Listening;

namespace K8sLb.Sidecar.Health;

/// <summary>Asks the application once, on a connection of its own.</summary>
/// <param name="application">Where it listens.</param>
public sealed class HealthProbe(IPAddress application) : IDisposable
{
    private readonly HttpMessageInvoker http = ProbeHttp.Open();

    /// <returns>What is wrong; null where nothing is.</returns>
    public async Task<string?> CheckAsync(HealthCheckPolicy policy, CancellationToken cancellation)
    {
        var endPoint = new IPEndPoint(application, policy.TargetPort);
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        timeout.CancelAfter(TimeSpan.FromMilliseconds(policy.TimeoutMs));
        try
        {
            return policy.Kind switch
            {
                HealthCheckKind.Http => await GetAsync(endPoint, policy.Path, timeout.Token),
                HealthCheckKind.Grpc => await GrpcHealth.CheckAsync(http, endPoint, policy.Service, timeout.Token),
                _ => await ConnectAsync(endPoint, timeout.Token),
            };
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return $"no answer from {endPoint} within {policy.TimeoutMs} ms";
        }
        catch (Exception e) when (e is HttpRequestException or SocketException or IOException)
        {
            return $"{endPoint}: {e.InnerException?.Message ?? e.Message}";
        }
    }

    public void Dispose() => http.Dispose();

    private async Task<string?> GetAsync(IPEndPoint endPoint, string path, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri($"http://{endPoint}{path}"));
        request.Headers.UserAgent.Add(new("k8slb-health", null));
        using var response = await http.SendAsync(request, cancellation);
        return (int)response.StatusCode is >= 200 and < 400
            ? null
            : $"GET {path} on {endPoint} was answered with {(int)response.StatusCode}";
    }

    private static async Task<string?> ConnectAsync(IPEndPoint endPoint, CancellationToken cancellation)
    {
        using var socket = await Dialler.DialAsync(endPoint, cancellation);
        return null;
    }
}
