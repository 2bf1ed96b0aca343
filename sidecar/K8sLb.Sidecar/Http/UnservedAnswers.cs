using K8sLb.Sidecar.Listening;
using Microsoft.AspNetCore.Http.Features;

namespace K8sLb.Sidecar.Http;

/// <summary>
/// Puts and finds the <see cref="UnservedMark"/>. Whoever passed the request tries elsewhere, where no part of a body has gone
/// out.
/// </summary>
internal static class UnservedAnswers
{
    private static readonly object Found = new();

    public static void Put(HttpResponse response) => response.Headers[UnservedMark.Header] = "1";

    /// <summary>Looks for the mark in a peer's answer, and takes note of it.</summary>
    public static bool TryTake(HttpContext context, HttpResponseMessage response)
    {
        if (
            response.StatusCode != System.Net.HttpStatusCode.ServiceUnavailable
            || !response.Headers.Contains(UnservedMark.Header)
            || context.Features.Get<IHttpRequestBodyDetectionFeature>() is not { CanHaveBody: false }
        )
        {
            return false;
        }
        context.Items[Found] = Found;
        return true;
    }

    /// <summary>Clears the note, so that another attempt starts afresh.</summary>
    public static bool WasFound(HttpContext context) =>
        !context.Response.HasStarted && context.Features.Get<IItemsFeature>() is { } items && items.Items.Remove(Found);
}
