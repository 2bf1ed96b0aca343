using System.Globalization;

namespace K8sLb.Sidecar.Http;

/// <summary>Answers of the sidecar's own to calls of gRPC, which have their status in trailers, or in a header alone.</summary>
internal static class GrpcAnswers
{
    private const int Unavailable = 14;

    public static bool IsCall(HttpRequest request) =>
        request.ContentType?.StartsWith("application/grpc", StringComparison.OrdinalIgnoreCase) == true;

    /// <summary>Trailers-Only (gRPC over HTTP/2, Responses): the call was not begun, and may be made again.</summary>
    public static Task UnavailableAsync(HttpContext context, string what)
    {
        context.Response.Clear();
        context.Response.StatusCode = StatusCodes.Status200OK;
        context.Response.ContentType = context.Request.ContentType;
        context.Response.Headers["grpc-status"] = Unavailable.ToString(CultureInfo.InvariantCulture);
        context.Response.Headers["grpc-message"] = $"k8slb sidecar: {what}";
        return context.Response.CompleteAsync();
    }
}
