namespace K8sLb.Sidecar.Admin;

/// <summary>
/// Takes <c>//drain</c> for <c>/drain</c>. Older kubelets put a slash between address and path of an httpGet hook whatever
/// the path begins with (runHTTPHandler of Kubernetes 1.20), and take any status for success: a 404 there would stop the
/// application at once.
/// </summary>
internal static class LeadingSlashes
{
    public static string Collapse(PathString path) =>
        path.Value is { } value && value.StartsWith("//", StringComparison.Ordinal)
            ? "/" + value.TrimStart('/')
            : path.Value ?? "/";
}
