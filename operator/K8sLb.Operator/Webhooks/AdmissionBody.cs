using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace K8sLb.Operator.Webhooks;

/// <summary>Reads what a webhook is asked.</summary>
internal static class AdmissionBody
{
    /// <summary>After two seconds; an API server sends at once what it has.</summary>
    private static readonly MinDataRate SlowestBody = new(bytesPerSecond: 64 * 1024, TimeSpan.FromSeconds(2));

    /// <summary>The objects within are read field by field later, where one that is there twice would be found too late.</summary>
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 128 };

    /// <returns>Why it is not read at all; null where it may be.</returns>
    public static string? Bound(HttpContext context, long longest)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = longest;
        }
        if (context.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } rate)
        {
            // Whoever sends slowly keeps a place that an API server needs.
            rate.MinDataRate = SlowestBody;
        }
        return context.Request.ContentLength > longest
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"the body has {context.Request.ContentLength} bytes; {longest} are the most"
            )
            : null;
    }

    /// <exception cref="AdmissionFormatException">It is no review, or one of another version.</exception>
    /// <exception cref="BadHttpRequestException">It is too long, or broke off.</exception>
    public static async Task<AdmissionRequest> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (!request.HasJsonContentType())
        {
            throw new AdmissionFormatException(
                $"Content-Type is {request.ContentType ?? "missing"}; it must be application/json"
            );
        }
        AdmissionReview? review;
        try
        {
            using var document = await JsonDocument.ParseAsync(request.Body, Strict, cancellationToken);
            review = document.Deserialize(AdmissionJson.Default.AdmissionReview);
        }
        catch (JsonException e)
        {
            throw new AdmissionFormatException($"the body is no {AdmissionReview.KindName}: {e.Message}", e);
        }
        return review switch
        {
            not { Kind: AdmissionReview.KindName } => throw new AdmissionFormatException(
                $"kind is {review?.Kind ?? "missing"}; it must be {AdmissionReview.KindName}"
            ),
            not { ApiVersion: AdmissionReview.Version } => throw new AdmissionFormatException(
                $"apiVersion is {review.ApiVersion ?? "missing"}; it must be {AdmissionReview.Version}"
            ),
            not { Request.Uid.Length: > 0 } => throw new AdmissionFormatException("request.uid is missing"),
            _ => review.Request,
        };
    }
}

/// <summary>The message is for whoever called.</summary>
internal sealed class AdmissionFormatException(string message, Exception? inner = null) : Exception(message, inner);
