using System.Net;
using System.Net.Http.Headers;
using System.Text;

namespace K8sLb.Sidecar.Health;

/// <summary>
/// The one call of gRPC's health protocol that a check needs, without a generated client: its messages have a field each.
/// <see href="https://github.com/grpc/grpc/blob/master/doc/health-checking.md"/>
/// </summary>
internal static class GrpcHealth
{
    /// <summary>HealthCheckRequest.service, field 1, length-delimited.</summary>
    private const byte ServiceTag = 0x0A;

    /// <summary>HealthCheckResponse.status, field 1, varint.</summary>
    private const byte StatusTag = 0x08;
    private const byte Serving = 1;

    /// <summary>A flag for compression, and the length in four bytes.</summary>
    private const int PrefixLength = 5;
    private const int LongestAnswer = 64;

    /// <returns>What is wrong; null where it serves.</returns>
    public static async Task<string?> CheckAsync(
        HttpMessageInvoker http,
        IPEndPoint endPoint,
        string service,
        CancellationToken cancellation
    )
    {
        using var request = new HttpRequestMessage(
            HttpMethod.Post,
            new Uri($"http://{endPoint}/grpc.health.v1.Health/Check")
        )
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(Message(service)),
        };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
        request.Headers.TE.Add(new("trailers"));
        using var response = await http.SendAsync(request, cancellation);
        if (response.StatusCode != HttpStatusCode.OK)
        {
            return $"the health service on {endPoint} was answered with {(int)response.StatusCode}";
        }
        var answer = new byte[LongestAnswer];
        await using var body = await response.Content.ReadAsStreamAsync(cancellation);
        var length = await body.ReadAtLeastAsync(answer, answer.Length, throwOnEndOfStream: false, cancellation);
        var status = Status(response);
        return status is not ("" or "0") ? $"the health service on {endPoint} answered with gRPC status {status}"
            : answer.AsSpan(0, length) is [_, _, _, _, _, StatusTag, Serving, ..] ? null
            : $"the health service on {endPoint} does not say SERVING";
    }

    /// <summary>In the trailers, or among the headers where there is no message.</summary>
    private static string Status(HttpResponseMessage response) =>
        response.TrailingHeaders.TryGetValues("grpc-status", out var trailing) ? trailing.First()
        : response.Headers.TryGetValues("grpc-status", out var leading) ? leading.First()
        : "";

    private static byte[] Message(string service)
    {
        var name = Encoding.UTF8.GetBytes(service);
        if (name.Length == 0)
        {
            return new byte[PrefixLength];
        }
        // The schema bounds the name to 253 characters of ASCII or its like; a varint of two bytes holds 16383.
        byte[] field =
            name.Length < 0x80
                ? [ServiceTag, (byte)name.Length, .. name]
                : [ServiceTag, (byte)(name.Length | 0x80), (byte)(name.Length >> 7), .. name];
        return [0, 0, 0, (byte)(field.Length >> 8), (byte)field.Length, .. field];
    }
}
