CREATE TABLE "helseid_clinic" (
	"clinic_id" uuid PRIMARY KEY NOT NULL,
	"required" boolean NOT NULL
);
--> statement-breakpoint
CREATE TABLE "helseid_identity" (
	"clinic_id" uuid NOT NULL,
	"user_id" uuid NOT NULL,
	"pid_hash" text NOT NULL,
	"hpr_number" text,
	"profession" text,
	"level" smallint NOT NULL,
	"bound_at" timestamp with time zone NOT NULL,
	"last_at" timestamp with time zone NOT NULL,
	CONSTRAINT "helseid_identity_clinic_id_user_id_pk" PRIMARY KEY("clinic_id","user_id"),
	CONSTRAINT "helseid_identity_pid" UNIQUE("clinic_id","pid_hash")
);
--> statement-breakpoint
CREATE TABLE "helseid_login" (
	"state_hash" text PRIMARY KEY NOT NULL,
	"browser_hash" text NOT NULL,
	"sealed" text NOT NULL,
	"created_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "helseid_session" (
	"clinic_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"user_id" uuid NOT NULL,
	"level" smallint NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"ended_at" timestamp with time zone,
	CONSTRAINT "helseid_session_clinic_id_id_pk" PRIMARY KEY("clinic_id","id")
);
--> statement-breakpoint
CREATE TABLE "helseid_ticket" (
	"code_hash" text PRIMARY KEY NOT NULL,
	"challenge" text NOT NULL,
	"sealed" text NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"used_at" timestamp with time zone
);
--> statement-breakpoint
ALTER TABLE "device_credential" ADD COLUMN "level4_at" timestamp with time zone;