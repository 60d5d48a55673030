terraform {
  required_version = ">= 1.6"
  required_providers {
    upcloud = {
      source  = "UpCloudLtd/upcloud"
      version = "~> 5.20"
    }
  }
}

# Credentials by UPCLOUD_TOKEN; none stand here.
provider "upcloud" {}
