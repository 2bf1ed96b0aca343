using System.Globalization;

namespace K8sLb.Operator.Validation;

/// <summary>Collects errors; the rules read what they check and go on after one that fails.</summary>
public sealed class FieldErrors
{
    private readonly List<FieldError> errors = [];

    public IReadOnlyList<FieldError> All => errors;

    public void Missing(string path, string expected) => errors.Add(new FieldError(path, "missing", expected));

    public void Add(string path, string? value, string expected) =>
        errors.Add(new FieldError(path, value is null ? "missing" : $"\"{Shorten(value)}\"", expected));

    public void Add(string path, int? value, string expected) =>
        errors.Add(new FieldError(path, value?.ToString(CultureInfo.InvariantCulture) ?? "missing", expected));

    public void Range(string path, int? value, int minimum, int maximum)
    {
        if (value is not { } number || number < minimum || number > maximum)
        {
            Add(path, value, $"must be {minimum} to {maximum}");
        }
    }

    public void OneOf(string path, string? value, params ReadOnlySpan<string> allowed)
    {
        if (value is null || !allowed.Contains(value))
        {
            Add(path, value, $"must be one of {string.Join(", ", allowed!)}");
        }
    }

    /// <returns>Null where it is not a duration.</returns>
    public TimeSpan? Duration(string path, string? value)
    {
        if (GoDuration.TryParse(value, out var duration))
        {
            return duration;
        }
        Add(path, value, "must be a duration such as 60s, 1m30s or 500ms");
        return null;
    }

    private static string Shorten(string value) => value.Length <= 100 ? value : value[..100] + "…";
}
