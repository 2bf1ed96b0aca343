using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace K8sLb.Operator.Api;

/// <summary>intstr.IntOrString: which of the two it was on the wire is kept.</summary>
[JsonConverter(typeof(IntOrStringConverter))]
public readonly record struct IntOrString
{
    private readonly string? text;
    private readonly int number;

    public IntOrString(string text) => this.text = text;

    public IntOrString(int number) => this.number = number;

    /// <summary>Null where it is a number.</summary>
    public string? Text => text;

    /// <summary>Null where it is text.</summary>
    public int? Number => text is null ? number : null;

    public override string ToString() => text ?? number.ToString(CultureInfo.InvariantCulture);
}

public sealed class IntOrStringConverter : JsonConverter<IntOrString>
{
    public override IntOrString Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String ? new(reader.GetString()!) : new(reader.GetInt32());

    public override void Write(Utf8JsonWriter writer, IntOrString value, JsonSerializerOptions options)
    {
        if (value.Number is { } number)
        {
            writer.WriteNumberValue(number);
        }
        else
        {
            writer.WriteStringValue(value.Text);
        }
    }
}
