using System.Text;

namespace K8sLb.Kubernetes;

/// <summary>URLs of the API.</summary>
internal static class ResourcePath
{
    public static string Of(EntityType type, string? @namespace, string? name = null, string? subresource = null)
    {
        var path = new StringBuilder(type.Group.Length == 0 ? "/api/" : $"/apis/{type.Group}/").Append(type.Version);
        if (!string.IsNullOrEmpty(@namespace))
        {
            path.Append("/namespaces/").Append(Uri.EscapeDataString(@namespace));
        }
        path.Append('/').Append(type.Plural);
        if (name is not null)
        {
            path.Append('/').Append(Uri.EscapeDataString(name));
        }
        if (subresource is not null)
        {
            path.Append('/').Append(subresource);
        }
        return path.ToString();
    }

    /// <summary>Adds parameters, also to a path that has some; those without a value are left out.</summary>
    public static string WithQuery(string path, params ReadOnlySpan<(string Name, string? Value)> parameters)
    {
        var url = new StringBuilder(path);
        var separator = path.Contains('?', StringComparison.Ordinal) ? '&' : '?';
        foreach (var (name, value) in parameters)
        {
            if (!string.IsNullOrEmpty(value))
            {
                url.Append(separator).Append(name).Append('=').Append(Uri.EscapeDataString(value));
                separator = '&';
            }
        }
        return url.ToString();
    }
}
