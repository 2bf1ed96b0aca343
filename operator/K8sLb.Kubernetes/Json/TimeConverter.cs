using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace K8sLb.Kubernetes.Json;

/// <summary>
/// metav1.Time: RFC 3339 in whole seconds, as the API server stores it. Written with fractions, a value would come back
/// different from what was sent and look like a change.
/// </summary>
public sealed class TimeConverter : JsonConverter<DateTimeOffset>
{
    private const string Format = "yyyy-MM-dd'T'HH:mm:ss'Z'";

    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.GetDateTimeOffset();

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options)
    {
        Span<char> text = stackalloc char[20];
        value.ToUniversalTime().TryFormat(text, out var length, Format, CultureInfo.InvariantCulture);
        writer.WriteStringValue(text[..length]);
    }
}
