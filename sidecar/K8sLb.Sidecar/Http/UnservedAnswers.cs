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
    private static readonly object FoundFull = new();

    /// <param name="isFull">The application is there, but has no place.</param>
    public static void Put(HttpResponse response, bool isFull) =>
        response.Headers[UnservedMark.Header] = isFull ? UnservedMark.Full : "1";

    /// <summary>Looks for the mark in a peer's answer, and takes note of it.</summary>
    public static bool TryTake(HttpContext context, HttpResponseMessage response)
    {
        if (
            response.StatusCode != System.Net.HttpStatusCode.ServiceUnavailable
            || !response.Headers.TryGetValues(UnservedMark.Header, out var marks)
            || !AskFirst.IsContentUnread(context)
        )
        {
            return false;
        }
        context.Items[Found] = marks.Contains(UnservedMark.Full) ? FoundFull : Found;
        return true;
    }

    /// <summary>Clears the note, so that another attempt starts afresh.</summary>
    public static bool WasFound(HttpContext context, out bool isFull)
    {
        object? note = null;
        var wasFound =
            !context.Response.HasStarted
            && context.Features.Get<IItemsFeature>() is { } items
            && items.Items.Remove(Found, out note);
        isFull = note == FoundFull;
        return wasFound;
    }
}
