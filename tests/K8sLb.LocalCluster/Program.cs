using K8sLb.LocalCluster.Commands;

return await CommandLine.RunAsync(args);
