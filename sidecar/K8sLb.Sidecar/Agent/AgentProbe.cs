using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using K8sLb.Protocol;
using K8sLb.Sidecar.Health;
using K8sLb.Sidecar.Listening;

namespace K8sLb.Sidecar.Agent;

/// <summary>Asks the application's agent once, on a connection of its own.</summary>
/// <param name="application">Where it listens.</param>
public sealed class AgentProbe(IPAddress application) : IDisposable
{
    private const int LongestLine = 1024;

    private readonly HttpMessageInvoker http = ProbeHttp.Open();

    /// <param name="Error">What went wrong, and where; null where there is a reply.</param>
    public readonly record struct Finding(AgentReply? Reply, string? Error);

    public async Task<Finding> AskAsync(AgentPolicy policy, CancellationToken cancellation)
    {
        var endPoint = new IPEndPoint(application, policy.Port);
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        timeout.CancelAfter(TimeSpan.FromMilliseconds(policy.TimeoutMs));
        try
        {
            return Parse(
                endPoint,
                policy.HttpPath is { } path
                    ? await GetAsync(endPoint, path, timeout.Token)
                    : await ReadAsync(endPoint, policy.Send, timeout.Token)
            );
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return new(null, $"no answer from {endPoint} within {policy.TimeoutMs} ms");
        }
        catch (Exception e) when (e is HttpRequestException or SocketException or IOException)
        {
            return new(null, $"{endPoint}: {e.InnerException?.Message ?? e.Message}");
        }
    }

    public void Dispose() => http.Dispose();

    private static Finding Parse(IPEndPoint endPoint, string text) =>
        AgentReply.TryParse(text, out var reply, out var error) ? new(reply, null) : new(null, $"{endPoint}: {error}");

    private async Task<string> GetAsync(IPEndPoint endPoint, string path, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri($"http://{endPoint}{path}"));
        request.Headers.UserAgent.Add(new ProductInfoHeaderValue("k8slb-agent", null));
        using var response = await http.SendAsync(request, cancellation);
        if (!response.IsSuccessStatusCode)
        {
            throw new HttpRequestException($"GET {path} was answered with {(int)response.StatusCode}, not 200 to 299");
        }
        await using var content = await response.Content.ReadAsStreamAsync(cancellation);
        return await ReadLineAsync(content, cancellation);
    }

    private static async Task<string> ReadAsync(IPEndPoint endPoint, string send, CancellationToken cancellation)
    {
        using var socket = await Dialler.DialAsync(endPoint, cancellation);
        await using var stream = new NetworkStream(socket);
        if (send.Length > 0)
        {
            await stream.WriteAsync(Encoding.ASCII.GetBytes(send), cancellation);
        }
        return await ReadLineAsync(stream, cancellation);
    }

    /// <summary>Up to the end of the line or of the stream, whichever comes first.</summary>
    /// <exception cref="IOException">Neither came in time.</exception>
    private static async Task<string> ReadLineAsync(Stream stream, CancellationToken cancellation)
    {
        var line = new byte[LongestLine];
        var length = 0;
        while (!line.AsSpan(0, length).Contains((byte)'\n'))
        {
            if (length == line.Length)
            {
                throw new IOException($"its line is longer than {LongestLine} bytes");
            }
            var read = await stream.ReadAsync(line.AsMemory(length), cancellation);
            if (read == 0)
            {
                break;
            }
            length += read;
        }
        return Encoding.ASCII.GetString(line, 0, length);
    }
}
