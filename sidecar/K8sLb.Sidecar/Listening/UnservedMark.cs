namespace K8sLb.Sidecar.Listening;

/// <summary>
/// How a member tells another one, which passed it a request over a connection that it had taken, that its application is
/// gone by now and nobody has seen the request: this field in a 503.
/// </summary>
internal static class UnservedMark
{
    public const string Header = "K8sLb-Unserved";

    /// <summary>Its value where the application is there, but has no place.</summary>
    public const string Full = "full";
}
